"""Which addresses may be connected to."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetching.addresses import Network, is_allowed

PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8"]
PRIVATE = [
    "::ffff:0:7f00:2",
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",  # shared by a carrier's customers
    "169.254.169.254",  # link-local: where clouds keep their secrets
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "ff0e::1",  # multicast with global scope
    "2001:db8::1",
]
# An IPv4 address within an IPv6 one.
WITHIN = {
    "mapped": lambda ip: ipaddress.IPv6Address((0xFFFF << 32) | int(ip)),
    "6to4": lambda ip: ipaddress.IPv6Address((0x2002 << 112) | (int(ip) << 80) | 1),
    "NAT64": lambda ip: ipaddress.IPv6Address((0x64FF9B << 96) | int(ip)),
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("form", WITHIN)
@given(ip=st.ip_addresses(v=4))
def test_an_address_within_another_is_judged_as_itself(form: str, ip: ipaddress.IPv4Address) -> None:
    assert is_allowed(str(WITHIN[form](ip))) == is_allowed(str(ip))


@pytest.mark.parametrize("form", WITHIN)
def test_loopback_stays_private_within_another(form: str) -> None:
    assert not is_allowed(str(WITHIN[form](ipaddress.IPv4Address("127.0.0.1"))))


def test_an_allowed_network_allows_its_own_only() -> None:
    allowed: list[Network] = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
    assert is_allowed("10.255.0.1", allowed)
    assert is_allowed("::ffff:10.0.0.1", allowed)
    assert is_allowed("fd12::1", allowed)
    assert is_allowed("8.8.8.8", allowed)
    assert not is_allowed("192.168.0.1", allowed)
    assert not is_allowed("fe80::1", allowed)


@given(st.ip_addresses())
def test_what_is_allowed_is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_allowed(str(ip)):
        assert not any((ip.is_loopback, ip.is_link_local, ip.is_multicast, ip.is_unspecified))
        # Python calls every address that holds an IPv4 one private; those are tried on their own.
        assert not ip.is_private or isinstance(ip, ipaddress.IPv6Address)


@pytest.mark.parametrize("address", ["::127.0.0.1", "::a00:1", "fec0::1"])
def test_outlived_private_forms_are_private(address: str) -> None:
    assert not is_allowed(address)

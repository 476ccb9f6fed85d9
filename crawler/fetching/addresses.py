"""Which network addresses may be connected to."""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# NAT64, the outlived IPv4-compatible form, and the translated one; ::1 and :: are judged as what they are.
_HOLDING_IPV4 = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))
_OUTLIVED = ipaddress.ip_network("fec0::/10")  # site-local, which ipaddress calls global


class PrivateAddressError(OSError):
    """The address is not a public one and no setting allows its network."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is a private address")


def is_allowed(address: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether a literal IP address is public, or lies in one of the allowed networks.

    IPv4 inside IPv6 (mapped, 6to4, NAT64, compatible) is judged by the IPv4 address that it reaches.
    """
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and int(ip) > 1:
        # is_global alone is true of 2002:7f00:1:: and of 64:ff9b::7f00:1.
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and any(ip in network for network in _HOLDING_IPV4):
            inner = ipaddress.IPv4Address(ip.packed[-4:])
        if inner is not None:
            return is_allowed(str(inner), allowed)
    if any(ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and ip not in _OUTLIVED

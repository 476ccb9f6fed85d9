"""The commands, a file each."""

import click

from scheduler.commands.crawl import crawl
from scheduler.commands.daemon import daemon
from scheduler.commands.digest import digest
from scheduler.commands.followups import followups
from scheduler.commands.init import init
from scheduler.commands.link import link
from scheduler.commands.posts import posts
from scheduler.commands.sources import sources

COMMANDS: tuple[click.Command, ...] = (init, posts, sources, crawl, followups, digest, daemon, link)

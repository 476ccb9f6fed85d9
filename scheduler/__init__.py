"""The front door: settings, command line, the daemon and its jobs, the digest and its delivery.

Knows no SQL and no HTML of others; what it shows comes from `storage`, what it collects from `crawler`.
"""

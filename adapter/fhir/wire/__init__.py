"""What lies under the client: addresses, sockets, bodies and patience."""

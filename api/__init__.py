"""The edge: sockets, REST, pages. Stateless; any node serves any customer."""

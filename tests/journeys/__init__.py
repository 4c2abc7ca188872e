"""Stories over the whole product: real server, store, SQL, browser."""

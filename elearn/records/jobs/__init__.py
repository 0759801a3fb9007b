"""Work to be done after the request: mail and what else must survive a crash."""

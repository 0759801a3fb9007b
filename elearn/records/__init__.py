"""What we remember: tables and the rules about them. Needs SQLAlchemy, knows no Flask."""

"""What admins see: roles, accounts, trainers of courses, the audit trail."""

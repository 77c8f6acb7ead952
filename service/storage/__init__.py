"""The storage room: the only code that sees SQLModel and SQL.

Open a `database.Database`, bring it up to date with `migrations.upgrade`, and pass its connections to the repositories: modules
of functions whose first argument is the connection. They never begin, commit or roll back; whoever called `begin()` does.
"""

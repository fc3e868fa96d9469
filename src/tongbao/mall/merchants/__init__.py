"""The mall's merchants, each with an account in the program, and their desk."""

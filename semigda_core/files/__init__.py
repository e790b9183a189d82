"""Reading and writing the user's files safely. Standard library only."""

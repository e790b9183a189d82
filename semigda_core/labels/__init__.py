"""What a label file's header says: its segments, who made it, left and right."""

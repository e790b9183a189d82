"""The job folder, running a job, the warm worker."""

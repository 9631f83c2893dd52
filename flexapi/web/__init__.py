"""The pages: dashboard, executions with their live logs, tasks, logging in, and the look of the admin."""

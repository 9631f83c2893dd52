"""FlexGet's side: the process that imports flexget and never Django. `main` starts it."""

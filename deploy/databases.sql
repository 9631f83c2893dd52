-- The second database: FlexGet's own tables. PostgreSQL's image makes the first one, flexapi, by itself.
CREATE DATABASE flexget;

"""Why one record was chosen or not."""

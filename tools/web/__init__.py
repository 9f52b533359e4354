"""Reading the web: fetching pages safely, extracting their text, keeping them for a while."""

"""One pytest session: the plugin that hosts it, its batches and its reports."""

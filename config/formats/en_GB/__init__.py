"""English, as LANGUAGE_CODE has it."""

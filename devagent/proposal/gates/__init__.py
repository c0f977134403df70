"""Gates: what every candidate has to pass, each giving evidence of what it observed."""

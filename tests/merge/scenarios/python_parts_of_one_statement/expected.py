def fetch(url):
    return client.get(url, timeout=30, headers={"Accept": "text/html", "DNT": "1"})

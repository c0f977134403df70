def fetch(url):
    return client.get(url, timeout=10, headers={"Accept": "text/html", "DNT": "1"})

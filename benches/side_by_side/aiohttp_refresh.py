"""Refreshes every account in a JSON file, sixteen at once, as people script it today.

No lock, no note of what is being spent, nothing forced to the disk: the file is written once, at
the end. Prints the seconds that it took without starting Python and importing aiohttp.

    aiohttp_refresh.py TOKEN_URL ACCOUNTS.json
"""

import asyncio
import json
import sys
import time

import aiohttp

AT_ONCE = 16


async def refresh(session, url, gate, account):
    request = {
        "grant_type": "refresh_token",
        "refresh_token": account["refresh_token"],
        "client_id": account["client_id"],
    }
    async with gate, session.post(url, json=request) as answer:
        answer.raise_for_status()
        tokens = await answer.json()
    account["access_token"] = tokens["access_token"]
    account["refresh_token"] = tokens["refresh_token"]
    account["until"] = time.time() + tokens["expires_in"]


async def main(url, path):
    begun = time.perf_counter()
    with open(path) as file:
        accounts = json.load(file)
    gate = asyncio.Semaphore(AT_ONCE)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(refresh(session, url, gate, account) for account in accounts))
    with open(path, "w") as file:
        json.dump(accounts, file)
    print(time.perf_counter() - begun)


asyncio.run(main(*sys.argv[1:]))

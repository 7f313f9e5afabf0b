"""The addresses in a file, eight at once, and the readings as CSV in the order of the addresses."""

import asyncio
import csv
import sys

import httpx

COLUMNS = ["deviceId", "timeStamp", "measurement", "value", "unit", "label",
           "deviceType", "deviceProvider", "medium", "direction"]


async def main(path, token):
    addresses = open(path).read().split()
    out = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore")
    out.writeheader()
    at_once = asyncio.Semaphore(8)
    limits = httpx.Limits(max_connections=8)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, limits=limits, trust_env=False, timeout=60) as client:

        async def fetch(address):
            async with at_once:
                answer = await client.get(address)
                answer.raise_for_status()
                return answer.json()

        # A hundred at a time: not every answer has to be in memory at once.
        for first in range(0, len(addresses), 100):
            for rows in await asyncio.gather(*map(fetch, addresses[first:first + 100])):
                out.writerows(rows)


asyncio.run(main(*sys.argv[1:]))

"""The plain way to run code over HTTP, as a yardstick: FastAPI, one bare subprocess a request, no isolation at all.

usage: naive-server.py PORT NODE_BINARY
"""

import subprocess
import sys
import time
from datetime import datetime, timezone
from typing import Literal, Optional

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field

PORT = int(sys.argv[1])
NODE_BINARY = sys.argv[2]

app = FastAPI()


class ExecuteRequest(BaseModel):
    code: str
    language: Literal["python", "javascript"] = "python"
    timeout: int = Field(default=10, ge=1, le=30)


class ExecuteResponse(BaseModel):
    success: bool
    output: str
    error: Optional[str]
    exit_code: Optional[int]
    execution_time: float
    timestamp: str


# A plain function: FastAPI runs it in its pool of threads, which is the fastest that this design can be.
@app.post("/execute", response_model=ExecuteResponse)
def execute(request: ExecuteRequest) -> ExecuteResponse:
    command = ["/usr/bin/python3", "-c"] if request.language == "python" else [NODE_BINARY, "-e"]
    started = time.perf_counter()
    try:
        done = subprocess.run([*command, request.code], capture_output=True, text=True, timeout=request.timeout)
        output, error, exit_code = done.stdout, done.stderr or None, done.returncode
    except subprocess.TimeoutExpired:
        output, error, exit_code = "", f"timed out after {request.timeout} s", None
    return ExecuteResponse(
        success=exit_code == 0,
        output=output,
        error=error,
        exit_code=exit_code,
        execution_time=time.perf_counter() - started,
        timestamp=datetime.now(timezone.utc).isoformat(),
    )


uvicorn.run(app, host="127.0.0.1", port=PORT, access_log=False)

import type { Load } from '../../model/plan.ts';

/** Any text as a Lua string: what is not plain becomes a byte escape, so that no text can leave its quotes. */
export function luaString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const plain = (byte: number): boolean => /[\w ./:;,=?@%+-]/.test(String.fromCharCode(byte)) && byte < 128;
  const escaped = Array.from(bytes, (byte) =>
    plain(byte) ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`,
  );
  return `"${escaped.join('')}"`;
}

/**
 * The Lua script for one load: the request, and a `done()` that writes every recorded latency with its count.
 * wrk's own way to list them (`latency(i)`) searches from the start for each: minutes for slow servers. So the table is read
 * where it lies through LuaJIT's ffi, after its head has been found to be what `latency.min` and `.max` say.
 */
export function scriptFor(load: Load, dump: string): string {
  const request = [`wrk.method = ${luaString(load.method)}`];
  if (load.body !== null) request.push(`wrk.body = ${luaString(load.body)}`);
  return [...request, ...(load.pipelining > 1 ? [pipeline(load.pipelining)] : []), doneFunction(dump)].join('\n');
}

const pipeline = (depth: number): string => `
local batch
function init(args)
  local one = wrk.format()
  batch = string.rep(one, ${depth})
end
function request()
  return batch
end
`;

const doneFunction = (dump: string): string => `
local function rows(latency, write)
  local found, ffi = pcall(require, "ffi")
  if found then
    ffi.cdef [[
      typedef struct { uint64_t count; uint64_t limit; uint64_t min; uint64_t max; uint64_t data[]; } loadcell_stats;
    ]]
    local stats = ffi.cast("loadcell_stats **", latency)[0]
    local min, max = tonumber(stats.min), tonumber(stats.max)
    if min == latency.min and max == latency.max and max < tonumber(stats.limit) then
      for us = min, max do
        local count = tonumber(stats.data[us])
        if count > 0 then write(us, count) end
      end
      return
    end
  end
  for i = 1, #latency do write(latency(i)) end
end

function done(summary, latency, requests)
  local out = assert(io.open(${luaString(dump)}, "w"))
  local errors = summary.errors
  out:write("loadcell wrk 1\\n")
  for _, pair in ipairs {
    { "duration", summary.duration }, { "requests", summary.requests }, { "bytes", summary.bytes },
    { "connect", errors.connect }, { "read", errors.read }, { "write", errors.write },
    { "status", errors.status }, { "timeout", errors.timeout },
  } do
    out:write(string.format("%s\\t%.0f\\n", pair[1], pair[2]))
  end
  out:write("latencies\\n")
  if summary.requests > 0 then
    rows(latency, function(us, count) out:write(string.format("%.0f\\t%.0f\\n", us, count)) end)
  end
  out:write("end\\n")
  out:close()
end
`;

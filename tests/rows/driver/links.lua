-- What rows about links share.

local M = {}

--- `ip -json` of every link, with what belongs to its kind.
M.json = "ip -json -details link show"

--- All links but `lo`.
function M.read(ns)
  local links = {}
  for _, link in ipairs(ns:link_list()) do
    if link.name ~= "lo" then links[#links + 1] = link end
  end
  return links
end

--- Links as they were read: what is not there is made.
function M.write(ns, records)
  for _, record in ipairs(records) do
    if pcall(ns.link_get, ns, record.name) then
      ns:link_set(record.name, record)
    else
      ns:link_add(record.name, record)
    end
  end
end

return M

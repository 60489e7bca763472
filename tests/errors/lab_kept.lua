-- before: $NSL -e 'lab.new("demo"):up { keep = true }'
-- run: $NSL lab_kept.lua; code=$?; $NSL down demo; exit $code
lab.new("demo"):up()

# Says what it was given, and stays.
printf '{"url":"%s","token":"%s"}' "$CCM_RUN_URL" "$CCM_RUN_TOKEN" > given.json.part && mv given.json.part given.json
exec sleep "$LAB_SECONDS"

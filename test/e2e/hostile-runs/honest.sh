# Does what it was asked to.
set -e
echo honest > honest.txt
node -e 'require("node:assert").equal(require("node:fs").readFileSync("honest.txt", "utf8"), "honest\n")'
python3 -c 'assert open("honest.txt").read() == "honest\n"'
git add honest.txt
git commit -q -m "Be honest"

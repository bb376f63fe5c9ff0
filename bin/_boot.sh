# Starts _boot.py with the first Python that really runs and is new enough; the command's name is that of the file.
for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exec "$python" "$(dirname "$0")/_boot.py" "$(basename "$0")" "$@"
  fi
done
echo "Recado needs Python 3.11 or newer, and found none. On Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2
exit 1

#!/bin/bash
# start.sh [PORT]: a HAPI FHIR R4 server on http://127.0.0.1:PORT/fhir (PORT: 8080). Prints its pid once it answers; a server
# that already runs there is left running. The first run fetches the jars from Maven Central (295 MB).
#
#   HAPI_WORK   jars, classes and data                (~/.cache/fhir-case/hapi)
#   HAPI_MEMORY 1 keeps the data in memory only       (an H2 file under HAPI_WORK/data-PORT)
#   FRESH       1 starts with an empty database
#   JDBC, JDBC_USER, JDBC_PASSWORD                    (another database, such as jdbc:postgresql://...)
#   JOPTS       knobs of the server, such as "-Dhapi.validate-requests=true -Dhapi.page=5"
#   XMX         heap                                  (1500m)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
port=${1:-8080}
work=${HAPI_WORK:-$HOME/.cache/fhir-case/hapi}
data=$work/data-$port
classes=$work/fhircase
base=http://127.0.0.1:$port/fhir
mkdir -p "$classes" "$data"

up() { curl -sf -o /dev/null -m 10 "$base/metadata?_elements=fhirVersion"; }
alive() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }

if alive && up; then cat "$data/pid"; exit 0; fi
if up; then echo "something else answers on $base: choose another port" >&2; exit 1; fi

if [ ! -f "$work/lib/.ok" ]; then
  mvn -B -q -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/lib" >&2
  touch "$work/lib/.ok"
fi
source=$here/src/main/java/fhircase/HapiServer.java
if [ ! "$classes/fhircase/HapiServer.class" -nt "$source" ]; then
  javac -nowarn -cp "$work/lib/*" -d "$classes" "$source"
  cp "$here"/src/main/resources/* "$classes/"
fi

if [ -n "${FRESH:-}" ]; then rm -rf "$data/h2"; fi
if [ -n "${HAPI_MEMORY:-}" ]; then default="jdbc:h2:mem:hapi;DB_CLOSE_DELAY=-1"; else default="jdbc:h2:file:$data/h2/db;DB_CLOSE_DELAY=-1"; fi
cd "$data"
# C1 only: two thirds of a HAPI start are the optimising compiler's.
setsid nohup java -Xmx"${XMX:-1500m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${JOPTS:-} -Dhapi.port="$port" \
  -Dhapi.jdbc="${JDBC:-$default}" -Dhapi.user="${JDBC_USER:-sa}" -Dhapi.password="${JDBC_PASSWORD:-}" \
  -cp "$classes:$work/lib/*" fhircase.HapiServer > "$data/log" 2>&1 < /dev/null &
pid=$!
echo $pid > "$data/pid"
for _ in $(seq 1 600); do
  kill -0 $pid 2>/dev/null || { echo "the server died:" >&2; tail -30 "$data/log" >&2; exit 1; }
  if up; then echo $pid; exit 0; fi
  sleep 0.5
done
echo "the server was not ready after 300 s; its log: $data/log" >&2
exit 1

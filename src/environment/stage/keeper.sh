# Ends everything that a host stage started, when the runner lets go of stdin or dies.
# sh keeper.sh group <control group folder>
# sh keeper.sh mark <resource limit number> <LOADCELL_STAGE value, or ''>
# Prints `left <pid>...` and ends with 1 when something could not be ended.
trap '' TERM INT HUP
how=$1

members() {
  if [ "$how" = group ]; then
    find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null
  else
    # The mark is a resource limit that nobody uses: every child inherits it, and no program rewrites it, while a
    # program that shows a title (nginx) overwrites its environment. Which counts as well, should the limit be reset.
    for file in $(grep -ls "^Max realtime timeout  *$number " /proc/[0-9]*/limits) \
      $([ -z "$name" ] || grep -lsa "LOADCELL_STAGE=$name" /proc/[0-9]*/environ); do
      folder=${file%/*}
      pid=${folder#/proc/}
      # A zombie is gone, whoever has not waited for it.
      read -r stat 2>/dev/null <"$folder/stat" || continue
      case ${stat##*) } in [ZX]*) continue ;; esac
      [ "$pid" = "$$" ] || echo "$pid"
    done
  fi
}

if [ "$how" = group ]; then group=$2; else number=$2 name=$3; fi
echo ready
cat >/dev/null

tries=0
while [ $tries -lt 1000 ]; do
  if [ "$how" = group ] && [ -e "$group/cgroup.kill" ]; then echo 1 >"$group/cgroup.kill"; fi
  left=$(members)
  if [ -z "$left" ]; then
    if [ "$how" = mark ]; then exit 0; fi
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    if [ ! -e "$group" ]; then exit 0; fi
  else
    kill -KILL $left 2>/dev/null
  fi
  tries=$((tries + 1))
  sleep 0.01
done
echo left $left
exit 1

# The door to a stage: sh gate.sh <program> <argument>...
# Waits for one line on stdin, so that the runner knows this process (and can put it into a control group) before the
# program starts, then becomes the program. Without that line, because the runner has died, nothing starts.
read -r line || exit 125
case $line in
null) exec "$@" </dev/null ;;
*) exec "$@" ;;
esac

source ./lib.sh
greet

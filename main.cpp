#include "commands/command.hpp"

int main(int argc, char** argv) {
  return machiai::run_program({argv + 1, argv + argc});
}

# Compiler settings and Debian 12's packages, found once for the whole tree.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(ccache_program ccache)
if(ccache_program)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  ${ccache_program})
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
# Debian's libcaf-dev ships no CMake package.
find_library(caf_core_library NAMES caf_core REQUIRED)
find_path(caf_include caf/actor_system.hpp REQUIRED)
add_library(CAF::core UNKNOWN IMPORTED)
set_target_properties(CAF::core PROPERTIES IMPORTED_LOCATION ${caf_core_library}
                                           INTERFACE_INCLUDE_DIRECTORIES ${caf_include})
find_package(prometheus-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(doctest REQUIRED)
find_library(utf8proc_library NAMES utf8proc REQUIRED)
find_library(jemalloc_library NAMES jemalloc REQUIRED)

set(MACHIAI_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

add_library(machiai_flags INTERFACE)
target_include_directories(machiai_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(machiai_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion
                                               -Wno-sign-conversion -Werror)
target_compile_definitions(machiai_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(machiai_flags INTERFACE Threads::Threads)
if(MACHIAI_SANITIZE)
  target_compile_options(machiai_flags INTERFACE -fsanitize=${MACHIAI_SANITIZE} -fno-omit-frame-pointer
                                                 -fno-sanitize-recover=all)
  target_link_options(machiai_flags INTERFACE -fsanitize=${MACHIAI_SANITIZE})
endif()
if(MACHIAI_SANITIZE MATCHES thread)
  # GCC warns of every fence, and Asio's headers have some.
  target_compile_options(machiai_flags INTERFACE -Wno-tsan)
endif()

# snapferry_library(NAME folder LINK a b): the library of src/<folder> from its *.cc files that are
# not tests, and, in a build with tests, <folder>_test from its *_test.cc files.
function(snapferry_library folder)
  cmake_parse_arguments(ARG "" "" "LINK;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  foreach(file ${ARG_EXCLUDE})
    list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/src/${folder}/${file})
  endforeach()
  add_library(snapferry_${folder} STATIC ${sources})
  target_include_directories(snapferry_${folder} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(snapferry_${folder} PUBLIC ${ARG_LINK})
  if(SNAPFERRY_TESTS AND tests)
    add_executable(${folder}_test ${tests})
    target_link_libraries(${folder}_test PRIVATE snapferry_${folder} GTest::gtest GTest::gmock
                                                 GTest::gtest_main rapidcheck)
    target_compile_definitions(
      ${folder}_test PRIVATE SNAPFERRY_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    add_test(NAME ${folder}_test COMMAND ${folder}_test)
  endif()
endfunction()

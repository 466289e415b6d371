# snapferry_group(TARGET files...): the files of one folder are compiled as one, so that what they
# include is read, and linted, once. A folder's files therefore share no name in a namespace without a name.
function(snapferry_group target)
  foreach(file ${ARGN})
    cmake_path(GET file PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/src OUTPUT_VARIABLE name)
    string(REPLACE "/" "_" name ${name})
    set_source_files_properties(${file} PROPERTIES UNITY_GROUP ${name})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

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
  snapferry_group(snapferry_${folder} ${sources})
  target_include_directories(snapferry_${folder} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(snapferry_${folder} PUBLIC ${ARG_LINK})
  target_precompile_headers(snapferry_${folder} REUSE_FROM snapferry_precompiled)
  if(SNAPFERRY_TESTS AND tests)
    add_executable(${folder}_test ${tests})
    snapferry_group(${folder}_test ${tests})
    target_precompile_headers(${folder}_test REUSE_FROM snapferry_precompiled)
    target_link_libraries(${folder}_test PRIVATE snapferry_${folder} GTest::gtest GTest::gmock
                                                 GTest::gtest_main rapidcheck)
    # Relative, so that one compiled file serves every checkout: tests run in the checkout's folder.
    target_compile_definitions(${folder}_test PRIVATE SNAPFERRY_TEST_DATA="tests/data")
    add_test(NAME ${folder}_test COMMAND ${folder}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# The two macros that scripted modules call. Files go into the build tree, laid out as in the
# installed one, and the build tree's folder is what is installed, as with Slicer's own macros.
function(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(arg "WITH_GENERIC_TESTS;WITH_SUBDIR;VERBOSE" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME)
    message(FATAL_ERROR "Wrong arguments: ${ARGN}")
  endif()
  foreach(file ${arg_SCRIPTS} ${arg_RESOURCES})
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      message(FATAL_ERROR "${arg_NAME} lists ${file}, which does not exist. For packages: python Testing/packaging/list_files.py")
    endif()
    configure_file(${file} ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${file} COPYONLY)
  endforeach()
  install(
    DIRECTORY ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/
    DESTINATION ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}
    )
endfunction()

function(slicer_add_python_unittest)
endfunction()

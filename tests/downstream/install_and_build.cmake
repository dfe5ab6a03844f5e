# cmake -D LIBRARY=build -D PROJECT=example -D SCRATCH=folder -D GENERATOR=… -D COMPILER=… -D CONFIG=… -P this
set(prefix ${SCRATCH}/prefix)
set(build ${SCRATCH}/example)
file(REMOVE_RECURSE ${prefix} ${build})

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} --install ${LIBRARY} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${PROJECT} -B ${build} -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix}
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=${CONFIG})
run(${CMAKE_COMMAND} --build ${build})

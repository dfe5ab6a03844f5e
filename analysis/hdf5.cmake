# HDF5 as the target lightloom_hdf5, here and in the installed package.
# CMake's own FindHDF5 needs a C compiler to be enabled; this project has none.
find_path(HDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(HDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial REQUIRED)
if(NOT TARGET lightloom_hdf5)
  add_library(lightloom_hdf5 UNKNOWN IMPORTED GLOBAL)
  set_target_properties(lightloom_hdf5 PROPERTIES IMPORTED_LOCATION ${HDF5_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${HDF5_INCLUDE_DIR})
endif()

"""Opens a dataset with xarray and with zarr-python, and compares all they find with what a manifest says.

usage: check_xarray.py MANIFEST

The manifest is a JSON file: where the dataset is, its fields and axes, and for each timestep its time, its status and a
file with the grids of all fields, one after the other, as plain numbers. Ends with an AssertionError at the first
difference.
"""

import json
import sys
from decimal import Decimal

import numpy as np
import xarray as xr
import zarr


def main(path):
    with open(path) as file:
        manifest = json.load(file)
    expected = read_expected(manifest)

    for consolidated in (True, False):
        how = f"xarray, consolidated={consolidated}"
        with xr.open_zarr(manifest["store"], consolidated=consolidated, mask_and_scale=False) as raw:
            check_axes(how, raw, manifest)
            check_status(how, raw, manifest)
            check_attributes(how, raw, manifest)
            check_stored(how, raw, manifest, expected)
        with xr.open_zarr(manifest["store"], consolidated=consolidated) as scaled:
            check_scaled(how, scaled, manifest, expected)
            check_blocks(how, scaled, manifest)
            check_selection(how, scaled, manifest, expected)

    for name, group in (
        ("zarr.open_consolidated", zarr.open_consolidated(manifest["store"], mode="r")),
        ("zarr.open_group", zarr.open_group(manifest["store"], mode="r")),
    ):
        check_zarr(name, group, manifest, expected)
    print("everything is as it must be")


def read_expected(manifest):
    """The grids by field: an array of (time, lat, lon) of the stored numbers, with fill where nothing was taken in."""
    shape = (manifest["lat"]["count"], manifest["lon"]["count"])
    fields = {}
    for field in manifest["fields"]:
        fill = np.nan if field["fill"] is None else field["fill"]
        fields[field["name"]] = np.full((len(manifest["steps"]), *shape), fill, field["dtype"])
    for index, step in enumerate(manifest["steps"]):
        if step["values"] is None:
            continue
        with open(step["values"], "rb") as file:
            for field in manifest["fields"]:
                grid = np.fromfile(file, field["file_dtype"], shape[0] * shape[1])
                fields[field["name"]][index] = grid.reshape(shape)
            assert file.read(1) == b"", f"{step['values']} is longer than its fields"
    return fields


def times_of(manifest):
    return np.array([step["time"] for step in manifest["steps"]], "datetime64[ns]")


def axis_of(axis):
    """Each value as a person would type it: adding doubles would make others."""
    first, step = (Decimal(str(axis[name])) for name in ("first", "step"))
    return np.array([float(first + step * i) for i in range(axis["count"])])


def check_axes(how, ds, manifest):
    sizes = {"time": len(manifest["steps"]), "lat": manifest["lat"]["count"], "lon": manifest["lon"]["count"]}
    if manifest["half_window_minutes"] is not None:
        sizes["bnds"] = 2
    equal(f"{how}: dimensions", dict(ds.sizes), sizes)
    same(f"{how}: time", ds["time"].values, times_of(manifest))
    equal(f"{how}: units of time", ds["time"].encoding["units"], manifest["time_units"])
    equal(f"{how}: stored type of time", ds["time"].encoding["dtype"], np.dtype("int64"))
    for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
        same(f"{how}: {name}", ds[name].values, axis_of(manifest[name]))
        equal(f"{how}: units of {name}", ds[name].attrs["units"], units)

    minutes = manifest["half_window_minutes"]
    if minutes is None:
        assert "time_bnds" not in ds, f"{how}: there is a time_bnds"
    else:
        equal(f"{how}: bounds of time", ds["time"].attrs.get("bounds"), "time_bnds")
        half = np.timedelta64(minutes, "m")
        windows = np.stack([times_of(manifest) - half, times_of(manifest) + half], axis=1)
        same(f"{how}: time_bnds", ds["time_bnds"].values, windows)

    beyond = manifest["experimental_beyond"]
    if beyond is not None:
        band = ds.coords["latitude_band"]
        same(f"{how}: latitude_band", band.values, (np.abs(axis_of(manifest["lat"])) > beyond).astype("i1"))
        equal(f"{how}: meanings of latitude_band", band.attrs["flag_meanings"], "standard experimental")


def check_status(how, ds, manifest):
    status = ds["granule_status"]
    equal(f"{how}: type of granule_status", status.dtype, np.dtype("int8"))
    values = [int(value) for value in np.ravel(status.attrs["flag_values"])]
    names = dict(zip(values, status.attrs["flag_meanings"].split()))
    found = [names[int(flag)] for flag in status.values]
    equal(f"{how}: granule_status", found, [step["status"] for step in manifest["steps"]])


def check_attributes(how, ds, manifest):
    for name, value in manifest["attributes"].items():
        equal(f"{how}: attribute {name}", ds.attrs.get(name), value)
    for field in manifest["fields"]:
        attributes = dict(field["attributes"])
        if field["scale"] is not None:
            attributes["scale_factor"] = field["scale"]
        for name, value in attributes.items():
            found = ds[field["name"]].attrs.get(name)
            found = np.ravel(found).tolist() if isinstance(value, list) else found
            equal(f"{how}: attribute {name} of {field['name']}", found, value)


def check_stored(how, ds, manifest, expected):
    for field in manifest["fields"]:
        variable = ds[field["name"]]
        equal(f"{how}: dimensions of {field['name']}", variable.dims, ("time", "lat", "lon"))
        equal(f"{how}: type of {field['name']}", variable.dtype, np.dtype(field["dtype"]))
        same(f"{how}: {field['name']} as stored", variable.values, expected[field["name"]])


def check_scaled(how, ds, manifest, expected):
    for field in manifest["fields"]:
        stored = expected[field["name"]]
        found = ds[field["name"]].values
        assert found.dtype.kind == "f", f"{how}: {field['name']} is {found.dtype} after masking"
        missing = np.isnan(stored) if field["fill"] is None else stored == field["fill"]
        same(f"{how}: where {field['name']} is missing", np.isnan(found), missing)
        scaled = stored[~missing].astype("f8") * (field["scale"] or 1)
        worst = np.max(np.abs(found[~missing] - scaled), initial=0)
        assert worst < 1e-4, f"{how}: {field['name']} is off by {worst}"


def check_selection(how, ds, manifest, expected):
    """A timestep is found under its time, here the last one, in the chunk that may not be full, and each place by its decimals."""
    field = manifest["fields"][0]
    stored = expected[field["name"]][-1].astype("f8")
    wanted = np.where(stored == field["fill"], np.nan, stored * (field["scale"] or 1))
    found = ds[field["name"]].sel(time=manifest["steps"][-1]["time"])
    # Every cell, by its decimals.
    found = found.sel(lat=axis_of(manifest["lat"]), lon=axis_of(manifest["lon"])).values
    assert np.allclose(found, wanted, atol=1e-4, rtol=0, equal_nan=True), f"{how}: the last timestep differs"


def check_blocks(how, ds, manifest):
    """Only fields are variables, and the README's line makes dask's view of the whole dataset work."""
    names = [field["name"] for field in manifest["fields"]]
    equal(f"{how}: variables", sorted(ds.data_vars), sorted(names))
    unified = ds.unify_chunks()
    length, chunk = len(manifest["steps"]), manifest["chunk_length"]
    full, rest = divmod(length, chunk)
    equal(f"{how}: chunks along time", unified.chunks["time"], (chunk,) * full + ((rest,) if rest else ()))
    mapped = unified.map_blocks(lambda block: block + 1).compute()
    assert mapped[names[0]].equals(ds[names[0]] + 1), f"{how}: {names[0]} by blocks differs"


def check_zarr(how, group, manifest, expected):
    length = len(manifest["steps"])
    for field in manifest["fields"]:
        array = group[field["name"]]
        grid = (manifest["lat"]["count"], manifest["lon"]["count"])
        equal(f"{how}: shape of {field['name']}", array.shape, (length, *grid))
        equal(f"{how}: chunks of {field['name']}", array.chunks, (manifest["chunk_length"], *grid))
        equal(f"{how}: type of {field['name']}", array.dtype, np.dtype(field["dtype"]))
        codec = None if array.compressor is None else array.compressor.codec_id
        equal(f"{how}: compressor of {field['name']}", codec, manifest["compressor"])
        fill = np.nan if field["fill"] is None else field["fill"]
        same(f"{how}: fill value of {field['name']}", np.array(array.fill_value), np.array(fill, field["dtype"]))
        same(f"{how}: {field['name']}", array[:], expected[field["name"]])
    for name in ("time", "granule_status"):
        equal(f"{how}: length of {name}", group[name].shape, (length,))
        assert group[name].chunks[0] >= 16384, f"{how}: chunks of {name} are {group[name].chunks}"


def equal(what, found, wanted):
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"


def same(what, found, wanted):
    assert found.shape == wanted.shape, f"{what}: shape {found.shape} instead of {wanted.shape}"
    differ = found != wanted
    if wanted.dtype.kind == "f":
        differ &= ~(np.isnan(found) & np.isnan(wanted))
    if np.any(differ):
        place = tuple(int(index) for index in np.argwhere(differ)[0])
        count = np.count_nonzero(differ)
        raise AssertionError(f"{what}: {count} differ, first at {place}: {found[place]} instead of {wanted[place]}")


if __name__ == "__main__":
    main(sys.argv[1])

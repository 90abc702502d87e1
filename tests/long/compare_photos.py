"""Says how well photos are compared: `compare_photos.py FOLDER...`, each with JPEG photos anywhere below it.

Photos called NAME_temp.jpg and NAME_test.jpg with a list of boxes NAME.txt (DeepPCB, github.com/tangsanli5201/DeepPCB)
are real pairs with real defects. Of all others (say github.com/EliSchwartz/imagenet-sample-images) views are made: the
camera moved a little, other light, JPEG; and defects of a seeded injector. Prints how well the product finds the
defects' places (pixel AUROC), tells photos with defects from those without (image AUROC), tells a part that is gone
from a mark, finds the same piece again by its marks, and finds reused photos. A folder with `--articles`, photos of
each article in a folder of its own (github.com/marcusklasson/GroceryStoreDataset, dataset/train/Packages), says how
well another article is told; one with `--tiles` (github.com/abin24/Magnetic-tile-defect-datasets.) how well those with
a defect are told by twenty good ones.
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy
from numpy.typing import NDArray

from grading import compare, hints, reuse, unusual

Picture = NDArray[numpy.uint8]
SEED = 11


def auroc(good: NDArray[numpy.float64], bad: NDArray[numpy.float64]) -> float:
    """The chance that a bad one has the higher score (Mann and Whitney)."""
    both = numpy.concatenate([good, bad])
    order = both.argsort(kind="stable")
    ranks = numpy.empty(len(both))
    ranks[order] = numpy.arange(1, len(both) + 1)
    _, place, counts = numpy.unique(both, return_inverse=True, return_counts=True)
    sums = numpy.bincount(place, ranks)
    ranks = (sums / counts)[place]
    return float((ranks[len(good) :].sum() - len(bad) * (len(bad) + 1) / 2) / (len(good) * len(bad)))


def jpeg(picture: Picture, quality: int = 88) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def view(picture: Picture, chance: random.Random) -> Picture:
    """The thing from nearly the same place in other light, with grain."""
    height, width = picture.shape[:2]
    corners = numpy.array([[0, 0], [width, 0], [width, height], [0, height]], numpy.float32)
    moved = corners + numpy.array(
        [[chance.uniform(-0.02, 0.02) * width, chance.uniform(-0.02, 0.02) * height] for _ in range(4)], numpy.float32
    )
    matrix = cv2.getPerspectiveTransform(corners, moved)
    seen = cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    across = numpy.linspace(chance.uniform(0.88, 1.12), chance.uniform(0.88, 1.12), width)[None, :, None]
    grain = numpy.random.default_rng(chance.randrange(1 << 30)).normal(0, 3, seen.shape)
    return numpy.clip(seen * across + grain, 0, 255).astype(numpy.uint8)


def hurt(picture: Picture, chance: random.Random) -> tuple[Picture, NDArray[numpy.bool_]]:
    """A scratch, a stain or a missing patch, and where it is."""
    height, width = picture.shape[:2]
    mask = numpy.zeros((height, width), numpy.uint8)
    x, y = chance.randint(width // 6, width * 5 // 6), chance.randint(height // 6, height * 5 // 6)
    size = chance.randint(min(height, width) // 25, min(height, width) // 10)
    kind = chance.choice(("scratch", "stain", "patch"))
    if kind == "scratch":
        end = (x + chance.randint(-4, 4) * size, y + chance.randint(-4, 4) * size)
        cv2.line(mask, (x, y), end, 255, chance.randint(2, 4))
    elif kind == "stain":
        cv2.ellipse(mask, (x, y), (size, max(3, size // 2)), chance.randint(0, 180), 0, 360, 255, -1)
    else:
        cv2.rectangle(mask, (x - size, y - size), (x + size, y + size), 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None] / 255 * (0.55 if kind == "stain" else 0.9)
    tone = numpy.array([chance.randint(0, 255)] * 3 if kind != "stain" else [30, 60, 90], numpy.float32)
    return (picture * (1 - soft) + tone * soft).astype(numpy.uint8), mask > 0


def scaled(mask: NDArray[numpy.bool_], heat: compare.Map) -> NDArray[numpy.bool_]:
    return cv2.resize(mask.astype(numpy.uint8), heat.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def row(what: str, count: int, **figures: float) -> None:
    """Print a line of the table."""
    told = "   ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in figures.items())
    print(f"{what:52} {count:5}   {told}", flush=True)


def report(name: str, found: list[tuple[compare.Map, NDArray[numpy.bool_], compare.Map | None]], failed: int) -> None:
    """Print the figures of (heat, where the defects are, heat of a photo without) of each photo."""
    places, ours, clean = [], [], []
    for heat, mask, without in found:
        where = scaled(mask, heat)
        if where.any() and not where.all():
            places.append(auroc(heat[~where].astype(float), heat[where].astype(float)))
        ours.append(float(heat.max()))
        if without is not None:
            clean.append(float(without.max()))
    figures = {"pixel_AUROC": float(numpy.mean(places))}
    if clean:
        figures["image_AUROC"] = auroc(numpy.array(clean), numpy.array(ours))
    row(name, len(found) + failed, **figures, aligned=len(found) / (len(found) + failed))


def real_pairs(folder: Path, most: int) -> None:
    """Compare each tested board with its template; the list of boxes says where the defects are."""
    found, failed = [], 0
    tests = sorted(folder.rglob("*_test.jpg"))
    for path in random.Random(SEED).sample(tests, min(most, len(tests))):
        boxes = path.parent.parent / f"{path.parent.name}_not" / f"{path.stem.removesuffix('_test')}.txt"
        template = path.with_name(path.name.replace("_test", "_temp")).read_bytes()
        heat = compare.heat_map(path.read_bytes(), [template])
        if heat is None:
            failed += 1
            continue
        mask = numpy.zeros(cv2.imread(str(path)).shape[:2], bool)
        for line in boxes.read_text().splitlines():
            left, top, right, bottom = (int(part) for part in line.split()[:4])
            mask[top:bottom, left:right] = True
        found.append((heat, mask, None))
    report("real pairs, real defects", found, failed)


def injected(photos: list[Path], references: int, chance: random.Random) -> None:
    """Compare views with an injected defect with so many clean views."""
    found, failed = [], 0
    for path in photos:
        picture = cv2.imread(str(path))
        if picture is None or min(picture.shape[:2]) < 200:
            continue
        clean = [jpeg(view(picture, chance)) for _ in range(references)]
        damaged, where = hurt(view(picture, chance), chance)
        heat = compare.heat_map(jpeg(damaged), clean)
        without = compare.heat_map(jpeg(view(picture, chance)), clean)
        if heat is None or without is None:
            failed += 1
            continue
        found.append((heat, where, without))
    report(f"made views, injected defects, {references} clean", found, failed)


def copies(picture: Picture, chance: random.Random) -> Iterator[tuple[str, Picture]]:
    """What people and software make of a photo."""
    height, width = picture.shape[:2]
    for name, side in (("crop to 90 %", 0.95), ("crop to 80 %", 0.894), ("crop to 60 %", 0.775)):
        left, top = (int(chance.uniform(0, 1 - side) * each) for each in (width, height))
        yield name, picture[top : top + int(side * height), left : left + int(side * width)]
    yield "a quarter turn", cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
    yield "mirrored", cv2.flip(picture, 1)
    yield "brighter", numpy.clip(picture * 1.25 + 12, 0, 255).astype(numpy.uint8)
    yield (
        "half as large, JPEG 30",
        cv2.imdecode(
            numpy.frombuffer(jpeg(cv2.resize(picture, None, fx=0.5, fy=0.5), 30), numpy.uint8), cv2.IMREAD_COLOR
        ),
    )
    edge = int(0.1 * height)
    yield (
        "a picture of a screen",
        cv2.copyMakeBorder(picture, edge, edge, 20, 20, cv2.BORDER_CONSTANT, value=(18, 18, 18)),
    )


def reused(photos: list[Path], asked: int, chance: random.Random) -> None:
    """Look for copies of some photos among all, by the product's sieve and proof."""
    jpegs = [path.read_bytes() for path in photos]
    kept = [reuse.prints(each) for each in jpegs]
    rows = [at for at, each in enumerate(kept) if each is not None]
    chunks, sieve = (b"".join(part(kept[at] or b"") for at in rows) for part in (reuse.chunks_of, reuse.sieve_of))
    sieved: dict[str, list[bool]] = {}
    proved: dict[str, list[int]] = {}
    others: list[int] = []
    for asked_row in chance.sample(range(len(rows)), min(asked, len(rows))):
        picture = cv2.imread(str(photos[rows[asked_row]]))
        for name, copy in copies(picture, chance):
            stored = jpeg(copy, 85)
            wanted = reuse.probes(stored)
            passing = reuse.passing(chunks, sieve, wanted, reuse.near_chunks(wanted)) if wanted else ()
            table = ((at, (kept[rows[at]] or b"")[32 * crop : 32 * crop + 32]) for _, at, crop in passing)
            near = [each.row for each in reuse.nearest(table, wanted)]
            sieved.setdefault(name, []).append(asked_row in near)
            proved.setdefault(name, []).append(
                reuse.likeness(stored, jpegs[rows[asked_row]]) if asked_row in near else 0
            )
            wrong = next(
                (at for at in near if at != asked_row),
                chance.choice([at for at in range(len(rows)) if at != asked_row]),
            )
            others.append(reuse.likeness(stored, jpegs[rows[wrong]]))
    false = sum(each >= reuse.SAME for each in others)
    row(f"reused among {len(rows)}, another photo", len(others), false_alarms=false / len(others))
    for name, hits in sieved.items():
        verified = float(numpy.mean([each >= reuse.SAME for each in proved[name]]))
        row(f"reused, {name}", len(hits), among_nearest=float(numpy.mean(hits)), proved=verified)
    every = [score >= reuse.SAME for scores in proved.values() for score in scores]
    reached = float(numpy.mean([hit for hits in sieved.values() for hit in hits]))
    right = sum(every) / (sum(every) + false)
    row("reused, all of them", len(every), among_nearest=reached, recall=float(numpy.mean(every)), precision=right)


def same_again(photos: list[Path], chance: random.Random) -> None:
    """Compare a marked piece with another photo of it and with a piece that has other marks, beside two good ones."""
    same, other = [], []
    for path in photos:
        picture = cv2.imread(str(path))
        if picture is None or min(picture.shape[:2]) < 200:
            continue
        good = [jpeg(view(picture, chance)) for _ in range(2)]
        piece, foreign = hurt(picture, chance)[0], hurt(picture, chance)[0]
        earlier = [jpeg(view(each, chance)) for each in (piece, foreign)]
        found = compare.compare(jpeg(view(piece, chance)), good, earlier)
        if found.aligned and found.differences:
            same.append(found.shared[0])
            other.append(found.shared[1])
    right, wrong = (sum(each >= hints.SAME_MARKS for each in scores) / len(scores) for scores in (same, other))
    score = auroc(numpy.array(other, float), numpy.array(same, float))
    row("the same piece again, by its marks", len(same), AUROC=score, found=right, false_alarms=wrong)


def missing(photos: list[Path], chance: random.Random) -> None:
    """Take a part away (the ground is seen there), or make a mark; say how often each is called a missing part."""
    counts = {"gone": [0, 0], "mark": [0, 0]}
    for path in photos:
        picture = cv2.imread(str(path))
        if picture is None or min(picture.shape[:2]) < 200:
            continue
        height, width = picture.shape[:2]
        wide, high = width // 8, height // 8
        left, top = chance.randint(width // 8, width * 3 // 4), chance.randint(height // 8, height * 3 // 4)
        gone = picture.copy()
        gone[top : top + high, left : left + wide] = numpy.median(picture.reshape(-1, 3), axis=0)
        for name, changed in (("gone", gone), ("mark", hurt(picture, chance)[0])):
            found = compare.compare(jpeg(view(changed, chance)), [jpeg(view(picture, chance))])
            counts[name][0] += any(hint.kind == "missing_part" for hint in hints.of_comparison(found))
            counts[name][1] += 1
    (found_gone, all_gone), (false_marks, all_marks) = counts["gone"], counts["mark"]
    row("missing part", all_gone, found=found_gone / all_gone, marks_called_missing=false_marks / all_marks)


def articles(folder: Path, most: int, chance: random.Random) -> None:
    """Compare photos of each article with four others of it, and with four of another article."""
    photos = {each: sorted(each.glob("*.jpg")) for each in sorted(folder.rglob("*")) if each.is_dir()}
    kinds = [each for each, paths in photos.items() if len(paths) >= 6]
    right, wrong, false, told = [], [], 0, 0
    for number in range(most):
        kind = kinds[number % len(kinds)]
        other = chance.choice([each for each in kinds if each != kind])
        asked, *mine = chance.sample(photos[kind], 5)
        for paths, features in ((mine, right), (chance.sample(photos[other], 4), wrong)):
            found = compare.compare(asked.read_bytes(), [each.read_bytes() for each in paths])
            hinted = any(hint.kind == "wrong_item" for hint in hints.of_comparison(found))
            features.append(float(-found.features))
            told += hinted and paths is not mine
            false += hinted and paths is mine
    score = auroc(numpy.array(right), numpy.array(wrong))
    row("another article", most, AUROC=score, found=told / most, false_alarms=false / most)


def tiles(folder: Path, most: int, chance: random.Random) -> None:
    """Tell tiles with a defect from good ones, by twenty good ones; half of those asked about are good."""
    good, bad = (sorted(folder.glob(each)) for each in ("MT_Free/Imgs/*.jpg", "MT_[!F]*/Imgs/*.jpg"))
    bad += sorted(folder.glob("MT_Fray/Imgs/*.jpg"))
    see = unusual.eyes()
    chosen = chance.sample(good, unusual.MOST + most // 2)
    usual = unusual.learn([each.read_bytes() for each in chosen[: unusual.MOST]], see)
    assert usual is not None
    scores = []
    for paths in (chosen[unusual.MOST :], chance.sample(bad, min(len(bad), most // 2))):
        looked = [unusual.look(each.read_bytes(), usual, see) for each in paths]
        scores.append(numpy.array([each.permille for each in looked if each is not None], float))
    hinted = [float((each >= hints.UNUSUAL).mean()) for each in scores]
    row("unusual, by 20 good photos", most, AUROC=auroc(*scores), found=hinted[1], false_alarms=hinted[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--photos", type=int, default=60, metavar="N", help="photos of each folder (default: 60)")
    parser.add_argument("--articles", type=Path, metavar="FOLDER", help="photos of each article in a folder of its own")
    parser.add_argument("--reuse", action="store_true", help="of the folders, look for reused photos alone")
    parser.add_argument("--tiles", type=Path, metavar="FOLDER", help="magnetic tiles")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.articles:
        print(asked.articles)
        articles(asked.articles, asked.photos, random.Random(SEED))
    if asked.tiles:
        print(asked.tiles)
        tiles(asked.tiles, asked.photos, random.Random(SEED))
    for folder in asked.folders:
        chance = random.Random(SEED)
        print(folder)
        if any(folder.rglob("*_temp.jpg")):
            real_pairs(folder, asked.photos)
            continue
        photos = sorted(each for each in folder.rglob("*") if each.suffix.lower() in (".jpg", ".jpeg"))
        if asked.reuse:
            reused(photos, asked.photos, chance)
            continue
        for measured in (same_again, missing):
            measured(chance.sample(photos, min(asked.photos, len(photos))), chance)
        for references in (1, 5):
            injected(chance.sample(photos, min(asked.photos, len(photos))), references, chance)
        reused(photos, asked.photos, chance)


if __name__ == "__main__":
    main()

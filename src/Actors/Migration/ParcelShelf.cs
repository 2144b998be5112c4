namespace Sluice.Actors.Migration;

/// <summary>
/// The parcels that a silo has: those of grains that live here and were not called yet, and those that go to other
/// silos. All under one lock, so that who asks for a parcel finds it while it passes from the one to the other.
/// </summary>
/// <param name="livesHere">Whether a grain lives here by the newest view. Is asked under the lock.</param>
internal sealed class ParcelShelf(Func<GrainId, bool> livesHere)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, (Parcel Parcel, long Until)> _kept = [];
    private readonly Dictionary<GrainId, Leaving> _leaving = [];

    /// <summary>Grains that others are asking for, and how many do: their parcels wait, and are not sent.</summary>
    private readonly Dictionary<GrainId, int> _askedFor = [];

    /// <summary>
    /// Keeps what came from another silo. Views change before <see cref="MoveOn"/> is called, so what is kept by an
    /// older view is moved on.
    /// </summary>
    /// <returns>False when the grain does not live here; nothing was changed.</returns>
    internal bool TryKeep(Parcel parcel, long until)
    {
        lock (_lock)
        {
            if (!livesHere(parcel.Grain))
            {
                return false;
            }

            PutKept(parcel, until);
            return true;
        }
    }

    /// <summary>Keeps what was taken from here in vain, wherever its grain lives by now.</summary>
    internal void PutBack(Parcel parcel, long until)
    {
        lock (_lock)
        {
            PutKept(parcel, until);
        }
    }

    /// <summary>Forgets one that nobody needs; another of the same grain stays.</summary>
    internal void Forget(Parcel parcel)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(parcel.Grain, out var kept) && ReferenceEquals(kept.Parcel, parcel))
            {
                _kept.Remove(parcel.Grain);
            }
        }
    }

    /// <summary>From now on it is to be sent to where its grain lives.</summary>
    internal void Leave(Parcel parcel)
    {
        lock (_lock)
        {
            PutLeaving(parcel);
        }
    }

    /// <summary>What is here of the grain; null when nothing. It is here no longer.</summary>
    internal Parcel? Take(GrainId grain)
    {
        lock (_lock)
        {
            _kept.Remove(grain, out var kept);
            _leaving.Remove(grain, out var leaving);
            return Newer(leaving?.Parcel, kept.Parcel);
        }
    }

    /// <summary>Parcels of grains that have moved on before they were called here are to be sent as well.</summary>
    /// <returns>How many.</returns>
    internal int MoveOn(long now)
    {
        lock (_lock)
        {
            var moved = 0;
            foreach (var (grain, (parcel, until)) in _kept.ToList())
            {
                if (until >= now && livesHere(grain))
                {
                    continue;
                }

                _kept.Remove(grain);
                if (until >= now)
                {
                    PutLeaving(parcel);
                    moved++;
                }
            }

            return moved;
        }
    }

    /// <summary>Somebody asks for the grain: until all have their answers, its parcel is not sent.</summary>
    internal void Asked(GrainId grain)
    {
        lock (_lock)
        {
            _askedFor[grain] = _askedFor.GetValueOrDefault(grain) + 1;
        }
    }

    internal void Answered(GrainId grain)
    {
        lock (_lock)
        {
            if (--_askedFor[grain] == 0)
            {
                _askedFor.Remove(grain);
            }
        }
    }

    /// <summary>As they were packed: the order of a dictionary differs from run to run.</summary>
    internal List<Leaving> ToSend()
    {
        lock (_lock)
        {
            return
            [
                .. _leaving.Values.Where(one => !_askedFor.ContainsKey(one.Parcel.Grain))
                    .OrderBy(one => one.Parcel.PackedAt)
                    .ThenBy(one => one.Parcel.Grain.Type.ToString(), StringComparer.Ordinal)
                    .ThenBy(one => one.Parcel.Grain.Key.ToString(), StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Another silo has it, or nobody will. Who asked meanwhile may have taken it.</summary>
    internal void Sent(Leaving leaving)
    {
        lock (_lock)
        {
            RemoveLeaving(leaving);
        }
    }

    /// <summary>Its grain has come back to live here before it was sent.</summary>
    /// <returns>False when the grain has left again; it is still to be sent.</returns>
    internal bool TryReturn(Leaving leaving, long until)
    {
        lock (_lock)
        {
            if (!livesHere(leaving.Parcel.Grain))
            {
                return false;
            }

            if (RemoveLeaving(leaving))
            {
                PutKept(leaving.Parcel, until);
            }

            return true;
        }
    }

    internal static Parcel? Newer(Parcel? one, Parcel? other) =>
        one is null || (other is not null && other.PackedAt > one.PackedAt) ? other : one;

    private void PutKept(Parcel parcel, long until)
    {
        if (!_kept.TryGetValue(parcel.Grain, out var other) || other.Parcel.PackedAt < parcel.PackedAt)
        {
            _kept[parcel.Grain] = (parcel, until);
        }
    }

    private void PutLeaving(Parcel parcel)
    {
        if (!_leaving.TryGetValue(parcel.Grain, out var other) || other.Parcel.PackedAt < parcel.PackedAt)
        {
            _leaving[parcel.Grain] = new Leaving(parcel);
        }
    }

    private bool RemoveLeaving(Leaving leaving) =>
        _leaving.TryGetValue(leaving.Parcel.Grain, out var found) && ReferenceEquals(found, leaving)
        && _leaving.Remove(leaving.Parcel.Grain);

    /// <summary>A parcel that no other silo has taken yet.</summary>
    internal sealed class Leaving(Parcel parcel)
    {
        internal Parcel Parcel => parcel;

        /// <summary>How often it was sent in vain. Only who sends counts.</summary>
        internal int Tries { get; set; }
    }
}

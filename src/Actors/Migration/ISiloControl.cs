namespace Sluice.Actors.Migration;

/// <summary>What silos ask of each other. The key is the silo's number; nobody but silos may call it.</summary>
[Alias("sluice.actors.ISiloControl")]
internal interface ISiloControl : IGrainWithStringKey
{
    /// <summary>
    /// Ends the grain's activation, if there is one, and gives what it leaves; null when nothing, and when the grain
    /// lives with who is asked.
    /// </summary>
    [Alias("TakeOver"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    Task<Parcel?> TakeOver(GrainId grain);

    /// <summary>
    /// Leaves parcels for grains that begin here when they are called next. Gives the grains that do not live here:
    /// their parcels were not taken.
    /// </summary>
    [Alias("HandOver"), AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task<GrainId[]> HandOver(Parcel[] parcels);
}

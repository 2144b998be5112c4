namespace Sluice.Actors;

/// <summary>
/// Makes references to grains. Making one costs a small object and sends nothing; a grain always exists, so it never
/// says "not found".
/// </summary>
public interface IGrainFactory
{
    /// <summary>The grain of that interface with that key.</summary>
    /// <param name="primaryKey">Not blank.</param>
    /// <param name="grainClassNamePrefix">When given, the full name of the grain's class must begin with it.</param>
    /// <exception cref="ArgumentException">The key is blank, or no known class fits.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;

    /// <inheritdoc cref="GetGrain{TGrainInterface}(string, string)"/>
    IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);

    /// <summary>The grain with that identity, seen through that interface.</summary>
    /// <exception cref="ArgumentException">Its class does not implement the interface.</exception>
    TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable;
}

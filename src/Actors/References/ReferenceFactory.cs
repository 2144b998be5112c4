using System.Collections.Concurrent;
using Sluice.Actors.Hosting;
using Sluice.Actors.Wire;

namespace Sluice.Actors.References;

/// <summary>The references of one host.</summary>
internal sealed class ReferenceFactory(ActorHost host) : IClusterClient
{
    private readonly ConcurrentDictionary<Type, (ReferenceMaker Make, GrainType Type)> _known = new();

    public IServiceProvider ServiceProvider => host.Services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(object)GetGrain(typeof(TGrainInterface), primaryKey, grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        (IGrain)(object)GetGrain(grainInterfaceType, grainPrimaryKey, null);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => (TGrainInterface)Make(typeof(TGrainInterface), grainId);

    /// <summary>A reference through any interface of the grain's class, reminders among them.</summary>
    internal IAddressable Make(Type interfaceType, GrainId id)
    {
        if (host.Model.Find(id.Type) is not { } grainClass)
        {
            return typeof(IGrainWithStringKey).IsAssignableFrom(interfaceType) && host.Transport is not null
                ? (IAddressable)ReferenceEmitter.MakerOf(interfaceType)(host, id)
                : throw new ArgumentException($"No grain class is called {id.Type}.", nameof(id));
        }

        var wanted = interfaceType == typeof(IAddressable) || interfaceType == typeof(IGrain)
            ? grainClass.Interfaces[0]
            : interfaceType;
        return wanted.IsAssignableFrom(grainClass.Type)
            ? (IAddressable)ReferenceEmitter.MakerOf(wanted)(host, id)
            : throw new ArgumentException($"{grainClass.Type} does not implement {wanted}.", nameof(interfaceType));
    }

    private ActorReference GetGrain(Type interfaceType, string key, string? classNamePrefix)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        if (!_known.TryGetValue(interfaceType, out var known))
        {
            known = _known.GetOrAdd(interfaceType, Find);
        }

        if (classNamePrefix is not null
            && !host.Model.ClassOf(known.Type).Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"No class that begins with {classNamePrefix} implements {interfaceType}.", nameof(classNamePrefix));
        }

        return known.Make(host, new GrainId(known.Type, IdSpan.Create(key)));
    }

    private (ReferenceMaker Make, GrainType Type) Find(Type interfaceType) =>
        (ReferenceEmitter.MakerOf(interfaceType), TypeBehind(interfaceType));

    /// <summary>A class of this host, or one of another silo, of which the transport has heard.</summary>
    private GrainType TypeBehind(Type interfaceType)
    {
        if (host.Transport is not IHostedTransport transport || host.Model.HasClassBehind(interfaceType))
        {
            return host.Model.ClassBehind(interfaceType).GrainType;
        }

        var type = transport.TypeBehind(interfaceType);
        return !type.IsDefault
            ? type
            : transport.View.Silos.IsEmpty
                ? throw new SiloUnavailableException($"No silo has answered yet, so nobody knows {interfaceType}.")
                : throw new ArgumentException(
                    $"No silo has a grain class that implements {interfaceType}.", nameof(interfaceType));
    }
}

using Sluice.Actors.Activations;
using Sluice.Actors.Calls;
using Sluice.Actors.Membership;
using Sluice.Actors.Migration;
using Sluice.Actors.References;
using Sluice.Actors.Wire;

namespace Sluice.Actors.Hosting;

/// <summary>The grain classes of a host, found and checked at its start.</summary>
internal sealed class GrainModel
{
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly Dictionary<Type, GrainClass> _byInterface = [];

    internal int Count => _byType.Count;

    /// <summary>The types that other silos and clients may place here.</summary>
    internal IEnumerable<GrainType> Types => _byType.Keys.Where(type => type.ToString() != Placement.SiloGrainType);

    /// <summary>Every method by which a grain of this host can be called.</summary>
    internal IEnumerable<CallMethod> Methods => _byType.Values
        .SelectMany(grainClass => typeof(IRemindable).IsAssignableFrom(grainClass.Type)
            ? grainClass.Interfaces.Append(typeof(IRemindable))
            : grainClass.Interfaces)
        .Distinct()
        .SelectMany(grainInterface => ReferenceEmitter.Of(grainInterface).Methods)
        .DistinctBy(method => method.WireName);

    /// <summary>What a process without these classes must know of them.</summary>
    internal GrainManifest Manifest => new()
    {
        Entries = [.. _byInterface.Select(entry => new GrainManifestEntry(
            CallMethod.WireNameOf(entry.Key), entry.Value.GrainType.ToString()))],
    };

    internal GrainClass? Find(GrainType type) => _byType.GetValueOrDefault(type);

    internal bool HasClassBehind(Type grainInterface) => _byInterface.ContainsKey(grainInterface);

    /// <exception cref="ArgumentException">No class of this host has that type.</exception>
    internal GrainClass ClassOf(GrainType type) =>
        _byType.GetValueOrDefault(type)
            ?? throw new ArgumentException($"No grain class is called {type}.", nameof(type));

    /// <exception cref="ArgumentException">No class of this host implements that interface.</exception>
    internal GrainClass ClassBehind(Type grainInterface) =>
        _byInterface.GetValueOrDefault(grainInterface)
        ?? throw new ArgumentException(
            $"No grain class implements {grainInterface}: is its assembly among those the host was given?",
            nameof(grainInterface));

    /// <exception cref="ActorConfigurationException">Anything is wrong.</exception>
    internal static GrainModel Build(ActorHostParts parts, ActorHostOptions options)
    {
        var mistakes = options.Mistakes().ToList();
        var model = new GrainModel();
        var filters = parts.Filters();
        var found = parts.GrainAssemblies.Distinct().SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(type))
            .Where(type => parts.GrainClassFilter?.Invoke(type) ?? true)
            .OrderBy(type => type.FullName, StringComparer.Ordinal);
        foreach (var assembly in parts.GrainAssemblies.Distinct())
        {
            ExceptionCodec.Learn(assembly);
        }

        foreach (var type in found)
        {
            model.Add(type, parts, filters, options.CollectionAge, mistakes);
        }

        if (parts.Transport is SiloTransport)
        {
            model.Add(typeof(SiloControlGrain), parts, [], options.CollectionAge, mistakes);
            mistakes.AddRange(model.Methods.SelectMany(method => method.Mistakes()));
        }

        foreach (var grainInterface in model._byInterface.Keys)
        {
            mistakes.AddRange(ContractRules.Mistakes(grainInterface));
        }

        return mistakes.Count == 0 ? model : throw new ActorConfigurationException(mistakes);
    }

    private void Add(
        Type type, ActorHostParts parts, IReadOnlyList<IIncomingGrainCallFilter> filters, TimeSpan collectionAge,
        List<string> mistakes)
    {
        if (type.IsGenericType)
        {
            mistakes.Add($"{type} is a generic grain class: name one class per type.");
            return;
        }

        var interfaces = type.GetInterfaces().Where(IsGrainInterface).ToList();
        if (interfaces.Count == 0)
        {
            mistakes.Add($"{type} implements no grain interface: derive one from IGrainWithStringKey.");
            return;
        }

        if (typeof(IRemindable).IsAssignableFrom(type) && parts.Reminders is null)
        {
            mistakes.Add($"{type} is IRemindable, and no IReminderTable is registered.");
        }

        var construct = GrainConstructor.Plan(type, parts.Storage, mistakes);
        var grainClass = new GrainClass(
            TypeOf(type), type, interfaces, filters, collectionAge,
            (services, activation) => construct!.Construct(services, activation));
        if (!_byType.TryAdd(grainClass.GrainType, grainClass))
        {
            mistakes.Add($"{type} and {_byType[grainClass.GrainType].Type} are both called {grainClass.GrainType}.");
        }

        foreach (var grainInterface in interfaces.Where(candidate => !_byInterface.TryAdd(candidate, grainClass)))
        {
            mistakes.Add(
                $"{type} and {_byInterface[grainInterface].Type} both implement {grainInterface}.");
        }
    }

    private static bool IsGrainInterface(Type type) =>
        typeof(IGrainWithStringKey).IsAssignableFrom(type) && type != typeof(IGrainWithStringKey);

    // Orleans' rule, so that stored rows are found by either engine.
    private static GrainType TypeOf(Type type)
    {
        if (type == typeof(SiloControlGrain))
        {
            return GrainType.Create(Placement.SiloGrainType);
        }

        const string Suffix = "grain";
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(
            name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal)
                ? name[..^Suffix.Length]
                : name);
    }
}

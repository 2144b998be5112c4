using System.Reflection;

namespace Sluice.Actors.Activations;

/// <summary>One grain class as one host runs it.</summary>
internal sealed class GrainClass
{
    private readonly Func<IServiceProvider, Activation, object> _construct;

    internal GrainClass(
        GrainType grainType, Type type, IReadOnlyList<Type> interfaces, IReadOnlyList<IIncomingGrainCallFilter> filters,
        TimeSpan collectionAge, Func<IServiceProvider, Activation, object> construct)
    {
        GrainType = grainType;
        Type = type;
        Interfaces = interfaces;
        Filters = filters;
        _construct = construct;
        CollectionAge = type.IsDefined(typeof(KeepAliveAttribute))
            ? TimeSpan.MaxValue
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit ?? collectionAge;
        Reentrant = type.IsDefined(typeof(ReentrantAttribute));
        CallDirectly = filters.Count == 0 && !typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
    }

    internal GrainType GrainType { get; }

    internal Type Type { get; }

    internal IReadOnlyList<Type> Interfaces { get; }

    internal IReadOnlyList<IIncomingGrainCallFilter> Filters { get; }

    /// <summary>How long an activation may be idle; <see cref="TimeSpan.MaxValue"/> is for ever.</summary>
    internal TimeSpan CollectionAge { get; }

    internal bool Reentrant { get; }

    /// <summary>No filter stands between a call and the grain.</summary>
    internal bool CallDirectly { get; }

    internal object Construct(IServiceProvider services, Activation activation) => _construct(services, activation);

    /// <summary>The class's method behind an interface's.</summary>
    internal MethodInfo Implementation(MethodInfo method)
    {
        var map = Type.GetInterfaceMap(method.DeclaringType!);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, method)];
    }
}

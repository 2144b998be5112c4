using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Activations;
using Sluice.Actors.Storage;

namespace Sluice.Actors.Hosting;

/// <summary>
/// Builds grains of one class: states and the activation from the host, everything else from the services.
/// </summary>
internal sealed class GrainConstructor
{
    internal const string DefaultStorage = "Default";

    private readonly ObjectFactory _factory;
    private readonly Func<Activation, object>[] _facets;

    private GrainConstructor(ObjectFactory factory, Func<Activation, object>[] facets)
    {
        _factory = factory;
        _facets = facets;
    }

    internal object Construct(IServiceProvider services, Activation activation) =>
        _factory(services, Array.ConvertAll(_facets, facet => facet(activation)));

    /// <summary>Plans the construction; null, with the mistakes named, when it cannot work.</summary>
    internal static GrainConstructor? Plan(Type type, Func<string, IGrainStorage?> storages, List<string> mistakes)
    {
        var constructors = type.GetConstructors();
        if (constructors.Length != 1)
        {
            mistakes.Add($"{type} has {constructors.Length} public constructors: a grain has exactly one.");
            return null;
        }

        var before = mistakes.Count;
        var types = new List<Type>();
        var facets = new List<Func<Activation, object>>();
        foreach (var parameter in constructors[0].GetParameters())
        {
            if (Facet(type, parameter, storages, mistakes) is { } facet)
            {
                types.Add(parameter.ParameterType);
                facets.Add(facet);
            }
        }

        return mistakes.Count > before
            ? null
            : new GrainConstructor(ActivatorUtilities.CreateFactory(type, [.. types]), [.. facets]);
    }

    private static Func<Activation, object>? Facet(
        Type grain, ParameterInfo parameter, Func<string, IGrainStorage?> storages, List<string> mistakes)
    {
        var type = parameter.ParameterType;
        if (type == typeof(IGrainContext))
        {
            return activation => activation;
        }

        var isState = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IPersistentState<>);
        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>();
        if (!isState)
        {
            if (attribute is not null)
            {
                mistakes.Add(
                    $"{grain} has [PersistentState] on {parameter.Name}: its type must be IPersistentState<T>.");
            }

            return null;
        }

        if (attribute is null)
        {
            mistakes.Add($"{grain} takes the state {parameter.Name} without [PersistentState(\"name\")].");
            return null;
        }

        var state = type.GetGenericArguments()[0];
        if (!state.IsValueType && state.GetConstructor(Type.EmptyTypes) is null)
        {
            mistakes.Add($"{grain} has the state {state}, which needs a public constructor without parameters.");
        }

        var storageName = attribute.StorageName ?? DefaultStorage;
        if (storages(storageName) is not { } storage)
        {
            mistakes.Add(
                $"{grain} keeps {attribute.StateName} in the storage '{storageName}', which is not registered.");
            return null;
        }

        var persistent = typeof(PersistentState<>).MakeGenericType(state);
        return activation =>
        {
            var made = Activator.CreateInstance(persistent, storage, attribute.StateName, activation.GrainId)!;
            activation.Add((IStoredState)made);
            return made;
        };
    }
}

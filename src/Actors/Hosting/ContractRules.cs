using System.Reflection;
using Sluice.Actors.References;

namespace Sluice.Actors.Hosting;

/// <summary>What a grain interface must be like, checked at the start of the host.</summary>
internal static class ContractRules
{
    internal static IEnumerable<string> Mistakes(Type grainInterface)
    {
        if (grainInterface.IsGenericType)
        {
            return [$"{grainInterface} is generic: name one interface per message type."];
        }

        return ReferenceEmitter.MethodsOf(grainInterface).SelectMany(Mistakes);
    }

    private static IEnumerable<string> Mistakes(MethodInfo method)
    {
        var name = $"{method.DeclaringType!.FullName}.{method.Name}";
        if (method.IsSpecialName)
        {
            yield return $"{name} is a property or an event: a grain interface has methods only.";
            yield break;
        }

        if (method.IsGenericMethod)
        {
            yield return $"{name} is generic: use a message type.";
            yield break;
        }

        if (!IsTask(method.ReturnType))
        {
            yield return $"{name} returns {method.ReturnType.Name}: return Task, Task<T>, ValueTask or ValueTask<T>.";
            yield break;
        }

        if (method.IsDefined(typeof(OneWayAttribute)) && method.ReturnType.IsGenericType)
        {
            yield return $"{name} is [OneWay] and has a result, which nobody would receive: return Task or ValueTask.";
        }

        if (method.DeclaringType.GetMethods().Count(other => other.Name == method.Name) > 1)
        {
            yield return $"{name} has overloads, which time-outs and traces could not tell apart: give each its name.";
        }

        foreach (var mistake in ParameterMistakes(method, name))
        {
            yield return mistake;
        }

        if (method.ReturnType.IsGenericType
            && ContractTypes.MutablePart(method.ReturnType.GetGenericArguments()[0]) is { } mutable)
        {
            yield return $"{name} returns {Show(mutable)}, which may change once passed on: "
                + "mark the type [Immutable], or use an immutable collection.";
        }
    }

    private static IEnumerable<string> ParameterMistakes(MethodInfo method, string name)
    {
        var parameters = method.GetParameters();
        if (parameters.Count(parameter => parameter.ParameterType == typeof(CancellationToken)) > 1)
        {
            yield return $"{name} takes more than one CancellationToken: one is all a call can carry.";
        }

        if (parameters.Count(parameter =>
            parameter.ParameterType != typeof(CancellationToken)) > MethodShape.MostArguments)
        {
            yield return $"{name} takes more than {MethodShape.MostArguments} arguments: use a message type.";
        }

        foreach (var parameter in parameters)
        {
            if (parameter.ParameterType.IsByRef)
            {
                yield return $"{name} takes {parameter.Name} by reference: a call passes values.";
            }
            else if (!ContractTypes.IsDeclaredImmutable(parameter)
                && ContractTypes.MutablePart(parameter.ParameterType) is { } mutable)
            {
                yield return $"{name} takes {Show(mutable)} as {parameter.Name}, which may change once passed on: "
                    + "mark the type or the parameter [Immutable], or use an immutable collection.";
            }
        }
    }

    private static bool IsTask(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>)
            || type.GetGenericTypeDefinition() == typeof(ValueTask<>)));

    private static string Show(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Show))}>"
        : type.Name;
}

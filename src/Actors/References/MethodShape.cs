using System.Linq.Expressions;
using System.Reflection;
using Sluice.Actors.Calls;

namespace Sluice.Actors.References;

/// <summary>
/// How one interface method maps to a call: its arguments as one tuple, its result, its kind of task.
/// </summary>
internal sealed class MethodShape
{
    /// <summary>More do not fit a flat tuple. A message type is the better way long before that.</summary>
    internal const int MostArguments = 7;

    internal MethodShape(MethodInfo method)
    {
        Method = method;
        Parameters = method.GetParameters();
        Arguments = [.. Parameters.Where(parameter => parameter.ParameterType != typeof(CancellationToken))];
        Cancellation = Array.Find(Parameters, parameter => parameter.ParameterType == typeof(CancellationToken));
        ArgsType = MakeArgsType([.. Arguments.Select(argument => argument.ParameterType)]);
        ResultType = method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : typeof(Nothing);
        DescriptorType = typeof(CallMethod<,>).MakeGenericType(ArgsType, ResultType);
    }

    internal MethodInfo Method { get; }

    internal ParameterInfo[] Parameters { get; }

    internal ParameterInfo[] Arguments { get; }

    internal ParameterInfo? Cancellation { get; }

    internal Type ArgsType { get; }

    internal Type ResultType { get; }

    internal Type DescriptorType { get; }

    /// <summary>The method of <see cref="ActorReference"/> that makes such a call.</summary>
    internal MethodInfo Sender
    {
        get
        {
            var isValueTask = Method.ReturnType == typeof(ValueTask)
                || (Method.ReturnType.IsGenericType
                    && Method.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>));
            var hasResult = ResultType != typeof(Nothing);
            var name = (isValueTask, hasResult) switch
            {
                (true, true) => nameof(ActorReference.Value),
                (true, false) => nameof(ActorReference.Plain),
                (false, true) => nameof(ActorReference.Result),
                (false, false) => nameof(ActorReference.Done),
            };
            var sender = typeof(ActorReference).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
            return hasResult ? sender.MakeGenericMethod(ArgsType, ResultType) : sender.MakeGenericMethod(ArgsType);
        }
    }

    /// <summary>Compiles the way from the tuple to the grain's method.</summary>
    internal CallMethod MakeDescriptor()
    {
        var grain = Expression.Parameter(typeof(object));
        var args = Expression.Parameter(ArgsType);
        var cancellation = Expression.Parameter(typeof(CancellationToken));
        var next = 0;
        var passed = Parameters.Select(parameter => parameter == Cancellation
            ? (Expression)cancellation
            : Expression.Field(args, $"Item{++next}"));
        Expression body = Expression.Call(Expression.Convert(grain, Method.DeclaringType!), Method, passed);
        if (Method.ReturnType == typeof(Task) || Method.ReturnType == typeof(ValueTask))
        {
            body = Expression.Call(typeof(MethodShape), nameof(WithNothing), null, body);
        }
        else if (Method.ReturnType.GetGenericTypeDefinition() == typeof(Task<>))
        {
            body = Expression.New(
                typeof(ValueTask<>).MakeGenericType(ResultType).GetConstructor([Method.ReturnType])!, body);
        }

        var invoker = Expression
            .Lambda(typeof(Invoker<,>).MakeGenericType(ArgsType, ResultType), body, grain, args, cancellation)
            .Compile();
        return (CallMethod)Activator.CreateInstance(
            DescriptorType, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null,
            [Method, invoker], null)!;
    }

    internal static ValueTask<Nothing> WithNothing(Task task) =>
        task.IsCompletedSuccessfully ? default : Await(new ValueTask(task));

    internal static ValueTask<Nothing> WithNothing(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            return Await(task);
        }

        task.GetAwaiter().GetResult(); // A pooled source is free again only when its result was taken.
        return default;
    }

    private static async ValueTask<Nothing> Await(ValueTask task)
    {
        await task;
        return default;
    }

    private static Type MakeArgsType(Type[] types) => types.Length switch
    {
        0 => typeof(ValueTuple),
        1 => typeof(ValueTuple<>).MakeGenericType(types),
        2 => typeof(ValueTuple<,>).MakeGenericType(types),
        3 => typeof(ValueTuple<,,>).MakeGenericType(types),
        4 => typeof(ValueTuple<,,,>).MakeGenericType(types),
        5 => typeof(ValueTuple<,,,,>).MakeGenericType(types),
        6 => typeof(ValueTuple<,,,,,>).MakeGenericType(types),
        _ => typeof(ValueTuple<,,,,,,>).MakeGenericType(types),
    };
}

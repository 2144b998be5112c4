using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;
using Sluice.Actors.Codecs;

namespace Sluice.Actors.Wire;

/// <summary>
/// A failure, as its type's name, message and stack. Only types that this process has named beforehand are made from
/// it: a name from the wire never loads anything.
/// </summary>
internal static class ExceptionCodec
{
    private const int MostStackCharacters = 4096;
    private const int MostMessageCharacters = 16384;

    private static readonly ConcurrentDictionary<string, Type> Known = new(
        new[]
        {
            typeof(LimitExceededException), typeof(OrleansException), typeof(SiloUnavailableException),
            typeof(InconsistentStateException), typeof(TimeoutException), typeof(OperationCanceledException),
            typeof(TaskCanceledException), typeof(InvalidOperationException), typeof(NotSupportedException),
            typeof(ObjectDisposedException), typeof(ArgumentException),
            typeof(ArgumentNullException), typeof(ArgumentOutOfRangeException), typeof(FormatException),
            typeof(OverflowException), typeof(DivideByZeroException), typeof(InvalidCastException),
            typeof(NullReferenceException), typeof(KeyNotFoundException), typeof(IndexOutOfRangeException),
            typeof(UnauthorizedAccessException), typeof(IOException),
        }.ToDictionary(type => type.FullName!),
        StringComparer.Ordinal);

    /// <summary>From now on the exceptions of that assembly arrive as what they are.</summary>
    internal static void Learn(Assembly assembly)
    {
        foreach (var type in assembly.GetTypes().Where(type =>
            type.IsSubclassOf(typeof(Exception)) && !type.IsAbstract && !type.ContainsGenericParameters))
        {
            Known.TryAdd(type.FullName!, type);
        }
    }

    /// <summary>Always succeeds: a failure that cannot be told would be one of the connection.</summary>
    internal static void Write(ref WireWriter writer, Exception failure, bool withStack = true)
    {
        writer.WriteText(failure.GetType().FullName!);
        writer.WriteText(Text(failure, static told => told.Message, MostMessageCharacters));
        writer.WriteText(withStack ? Text(failure, static told => told.StackTrace, MostStackCharacters) : "");
    }

    internal static Exception Read(ref WireReader reader)
    {
        var name = reader.ReadText() ?? "";
        var message = reader.ReadText() ?? "";
        var stack = reader.ReadText() ?? "";
        var failure = Make(name, message);
        if (failure is InconsistentStateException inconsistent)
        {
            inconsistent.IsSourceActivation = false; // The activation that wrote is at the other end.
        }

        return stack.Length == 0 ? failure : ExceptionDispatchInfo.SetRemoteStackTrace(failure, stack);
    }

    /// <summary>A text that can be sent: not too long, and of whole characters.</summary>
    private static string Text(Exception failure, Func<Exception, string?> part, int most)
    {
        string text;
        try
        {
            text = part(failure) ?? "";
        }
        catch (Exception e)
        {
            text = $"It does not say what it is, for that failed with a {e.GetType().FullName}.";
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Length <= most ? text : text[..most]));
    }

    private static Exception Make(string name, string message)
    {
        try
        {
            return MakeKnown(name, message);
        }
        catch (TargetInvocationException)
        {
            return new OrleansException($"{name}: {message}"); // Its constructor wants another text.
        }
    }

    private static Exception MakeKnown(string name, string message)
    {
        if (Known.TryGetValue(name, out var type))
        {
            const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            if (type == typeof(ObjectDisposedException) || type == typeof(ArgumentNullException)
                || type == typeof(ArgumentOutOfRangeException))
            {
                return (Exception)Activator.CreateInstance(type, null, message)!;
            }

            if (type.GetConstructor(Any, [typeof(string)]) is { } plain)
            {
                return (Exception)plain.Invoke([message]);
            }

            if (type.GetConstructor(Any, [typeof(string), typeof(Exception)]) is { } wrapping)
            {
                return (Exception)wrapping.Invoke([message, null]);
            }
        }

        return new OrleansException($"{name}: {message}");
    }
}
